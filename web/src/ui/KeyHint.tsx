import classes from "./KeyHint.module.css";

/** The key for a button, quietly beside its words. */
export const KeyHint = ({ children }: { children: string }) => <kbd className={classes.hint}>{children}</kbd>;
