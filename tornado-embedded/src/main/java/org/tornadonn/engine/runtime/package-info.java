/** What is behind the TornadoVM API: graphs, plans, devices. Start at {@link org.tornadonn.engine.runtime.PlanRun}. May import all of engine. */
package org.tornadonn.engine.runtime;
