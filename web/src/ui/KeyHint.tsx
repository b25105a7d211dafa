import classes from "./KeyHint.module.css";

/** The key for a button, quietly beside its words. */
export const KeyHint = ({ children }: { children: string }) => <kbd className={classes.hint}>{children}</kbd>;

/** The key of a class, for those that have one. */
export const ClassHint = ({ hint }: { hint: string | undefined }) =>
  hint === undefined ? null : <KeyHint>{hint}</KeyHint>;
