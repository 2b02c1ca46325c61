/** What goes wrong, by kind. */
package uk.ac.manchester.tornado.api.exceptions;
