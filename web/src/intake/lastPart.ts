/** The last part of a path of the server, whichever way its separators lean. */
export const lastPart = (path: string): string => path.split(/[\\/]/).findLast((part) => part !== "") ?? path;
