/** What is said of a peer in results.json. */
export const describePeer = ({ id, label, package: name, version, configuration, oldValues, noLatency }) => ({
  id,
  label,
  package: name,
  version,
  configuration,
  oldValues,
  ...(noLatency ? { noLatency } : {}),
});

const VERDICTS = ['fully', 'partly', 'missed', 'invented', 'interfered'];

/** Each shape counts once: an application that was disturbed is worse than a log with a lie, and that than one with a hole. */
export const verdictOf = ({ capture, interfered }) => (interfered.length > 0 ? 'interfered' : capture);

export function countVerdicts(shapes) {
  return Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, shapes.filter((shape) => shape.verdict === verdict).length]),
  );
}

/** What is kept of a shape: for one that is not fully captured, why. */
export const shapeOf = ({ name, verdict, missing, invented, interfered, said }) => {
  if (verdict === 'fully') return { name, verdict };
  const why = [
    ...interfered,
    ...invented.map((what) => `logged, but undone: ${what}`),
    ...missing.slice(0, 4),
    ...said.map((text) => `it said: ${text}`),
  ];
  return { name, verdict, why };
};
