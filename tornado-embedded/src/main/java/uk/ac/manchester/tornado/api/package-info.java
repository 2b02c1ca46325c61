/** The subset of TornadoVM that this project uses: task graphs, plans, grids. Names and signatures are those of the SDK, whose modules take precedence when the program is started under it. */
package uk.ac.manchester.tornado.api;
