/**
 * What was measured, as records that are JSON: {@link org.tornadonn.benchmarks.result.Results} is a results.json. Imports nothing
 * of the other packages but the message for users.
 */
package org.tornadonn.benchmarks.result;
