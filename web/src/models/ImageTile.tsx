import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";

import { pictureUrl } from "@/store/imageBook";
import { imageBook } from "@/store/images";
import { useObservable } from "@/store/observable";

import classes from "./models.module.css";

/** Tells the book once which images a list shows. */
export const useWanted = (projectId: number, imageIds: readonly number[]): void => {
  const key = imageIds.join(",");
  useEffect(() => {
    if (key !== "") imageBook(projectId).want(key.split(",").map(Number));
  }, [projectId, key]);
};

/** A picture that leads to its image, with words below. */
export const ImageTile = ({
  imageId,
  whole = false,
  over,
  children,
}: {
  imageId: number;
  /** All of the picture, not the middle square. */
  whole?: boolean;
  /** What is drawn on the picture. */
  over?: ReactNode;
  children: ReactNode;
}) => {
  const { projectId } = useParams({ from: "/projects/$projectId/models" });
  const book = imageBook(projectId);
  useObservable(book.version);
  const [broken, setBroken] = useState(false);
  const facts = book.get(imageId);
  return (
    <li>
      <Link
        to="/projects/$projectId/annotate"
        params={{ projectId }}
        search={{ image: imageId }}
        className={classes.picture}
      >
        <span className={classes.pictureBox}>
          {facts === undefined || broken ? (
            <span className={classes.frame} />
          ) : (
            <img
              className={classes.frame}
              data-whole={whole}
              src={pictureUrl(facts.content_hash, 256)}
              alt={facts.path}
              loading="lazy"
              decoding="async"
              onError={() => setBroken(true)}
            />
          )}
          {over}
        </span>
        {children}
      </Link>
    </li>
  );
};
