/** Keypoints as they are typed in, as the server takes them: classes without any are left out. */
export const skeletonsOf = (
  classes: readonly string[],
  points: Readonly<Record<string, readonly string[]>>,
): Record<string, { names: string[] }> =>
  Object.fromEntries(
    classes.flatMap((name) => {
      const names = [
        ...new Set((points[name] ?? []).map((each) => each.trim()).filter((each) => each !== "")),
      ];
      return names.length === 0 ? [] : [[name, { names }]];
    }),
  );
