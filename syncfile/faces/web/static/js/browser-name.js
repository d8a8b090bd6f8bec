/** What a browser says of itself, in words. */

/**
 * @param {string} agent Its `User-Agent`.
 * @returns {string} As "Firefox, Linux"; "" if it is none that is known.
 */
export function browserName(agent) {
  const browser = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]].find(([sign]) => agent.includes(sign));
  const system = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS X", "macOS"], ["Linux", "Linux"]].find(([sign]) => agent.includes(sign));
  return [browser?.[1], system?.[1]].filter(Boolean).join(", ");
}
