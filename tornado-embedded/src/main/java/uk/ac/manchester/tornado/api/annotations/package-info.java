/** Marks on kernel code. */
package uk.ac.manchester.tornado.api.annotations;
