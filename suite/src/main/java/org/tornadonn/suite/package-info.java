/** The table that a run of the tests ends with: what ran, on which device of which engine, and how it went. */
package org.tornadonn.suite;
