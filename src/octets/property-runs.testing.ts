/** How many values a property of a codec is tried with: what PROPERTY_RUNS says, else few enough for every run of the tests. */
export function propertyRuns(standard: number): number {
  const wanted = Number(process.env.PROPERTY_RUNS ?? standard);
  if (!Number.isSafeInteger(wanted) || wanted < 1) throw new RangeError('PROPERTY_RUNS is a number of runs');
  return wanted;
}
