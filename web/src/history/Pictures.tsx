import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useProject } from "@/store/hooks";
import { fileName, pictureUrl } from "@/store/imageBook";
import { imageBook } from "@/store/images";
import { useObservable } from "@/store/observable";

import classes from "./history.module.css";

const Picture = ({ imageId }: { imageId: number }) => {
  const { id: projectId } = useProject();
  const book = imageBook(projectId);
  const [broken, setBroken] = useState(false);
  const facts = book.get(imageId);
  const name = fileName(facts, imageId);
  return (
    <Link
      to="/projects/$projectId/annotate"
      params={{ projectId }}
      search={{ image: imageId }}
      className={classes.picture}
      aria-label={name}
      title={name}
    >
      {facts !== undefined && !broken && (
        <img
          src={pictureUrl(facts.content_hash, 64)}
          alt=""
          decoding="async"
          onError={() => setBroken(true)}
        />
      )}
    </Link>
  );
};

/** The first pictures of an operation, and how many more there are. It keeps its width, so that rows line up. */
export const Pictures = ({
  imageIds,
  count,
  most,
}: {
  imageIds: readonly number[];
  count: number;
  most: number;
}) => {
  const { id } = useProject();
  useObservable(imageBook(id).version);
  const places = Math.min(count, most);
  return (
    <div className={classes.pictures}>
      {Array.from({ length: places }, (_, at) => {
        const imageId = imageIds[at];
        return imageId === undefined ? (
          <span key={`place-${at}`} className={classes.picture} />
        ) : (
          <Picture key={imageId} imageId={imageId} />
        );
      })}
    </div>
  );
};
