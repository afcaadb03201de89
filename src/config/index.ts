export { nearestWord } from '../runtime/index.js';
export { type BenchPlan, type CheckedBench, checkBench, loadBench, type PlannedModem, type PlannedSim } from './bench-file.js';
export { type BenchDescription, type BenchFeature, benchFeatures, benchJsonSchema, benchSchema } from './bench-schema.js';
export { ConfigError, type ConfigProblem } from './errors.js';
export { type Checked, checkConfig, loadConfig, readConfigText } from './load.js';
export { addressFromHere } from './modem-address.js';
export { type Config, configJsonSchema, configSchema } from './schema.js';
export { readSecret, type SecretReference } from './secret.js';
export { type Lacking, lookAround } from './surroundings.js';
