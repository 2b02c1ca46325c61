/** Backends and devices of this process. */
package uk.ac.manchester.tornado.api.runtime;
