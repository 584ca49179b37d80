export { countFacts } from './metrics/count-facts.ts'
export { registerGauges, type GaugeOptions } from './metrics/register-gauges.ts'
