/** Numbers that Java has no type for. Start at {@link uk.ac.manchester.tornado.api.types.HalfFloat}. May import nothing of the engine. */
package uk.ac.manchester.tornado.api.types;
