/**
 * What people see of results: console lines, {@link org.tornadonn.benchmarks.report.HtmlReport}, {@link
 * org.tornadonn.benchmarks.report.MarkdownReport}, {@link org.tornadonn.benchmarks.report.ComparisonTable}. May import the results
 * and nothing that measures.
 */
package org.tornadonn.benchmarks.report;
