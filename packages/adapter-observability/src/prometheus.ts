export { circuitMetrics, type CircuitMetricsOptions } from './metrics/circuit-metrics.ts'
export { countFacts } from './metrics/count-facts.ts'
export { registerGauges, type GaugeOptions } from './metrics/register-gauges.ts'
