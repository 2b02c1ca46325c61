/** Kernel shapes and devices. */
package uk.ac.manchester.tornado.api.common;
