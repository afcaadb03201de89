export { type Item, type ItemId, scrItems } from './items.js';
export { allProcedures } from './procedures/all.js';
export { type ConformanceOptions, type Evidence, notAskedFor, runConformance, type StatedItem, type Statement, state } from './run.js';
export { statementHtml } from './statement-html.js';
export { pageWithStatement, statementMarkdown } from './statement-markdown.js';
export { summaryWords } from './statement-words.js';
export type { Procedure } from './types.js';
