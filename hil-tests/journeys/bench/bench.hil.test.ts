import { journey } from '../../../src/hil/vitest.js';
import { catalogue } from '../../bench/catalogue.js';

for (const { name, needs, run } of catalogue) journey(name, needs, ({ bench }) => run(bench));
