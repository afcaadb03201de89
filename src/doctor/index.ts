export { type Examination, type ExamineOptions, examine } from './examine.js';
export { type FindingCode, type FindingKind, findingTable, formatFindingTable, type Severity } from './finding-table.js';
export { survey } from './survey.js';
export type { Finding, ModemToSurvey, NotAsked, SurveyedModem, SurveyOptions, World } from './types.js';
export { formatUdevRules } from './udev-rules.js';
