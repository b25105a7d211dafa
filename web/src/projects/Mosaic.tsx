import classes from "./projects.module.css";

const CELLS = 9;

/** Up to nine of a project's images. */
export const Mosaic = ({ hashes }: { hashes: readonly string[] }) => (
  <span className={classes.mosaic} aria-hidden>
    {Array.from({ length: CELLS }, (_, at) => {
      const hash = hashes[at];
      return (
        <span key={at} className={classes.cell}>
          {hash !== undefined && (
            <img src={`/api/v1/pictures/${hash}/256.webp`} alt="" loading="lazy" decoding="async" />
          )}
        </span>
      );
    })}
  </span>
);
