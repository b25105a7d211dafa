import type { ProjectClass } from "@/store/classes";
import { useDrawsShapes } from "@/store/hooks";
import { useKeys } from "@/store/keys/board";
import { classHandlers } from "@/store/keys/classKeys";

import type { Bulk } from "./bulk";
import type { Picking } from "./usePicking";

interface Doors {
  all: readonly ProjectClass[];
  bulk: Bulk;
  picking: Picking;
  onPreview: () => void;
  onSimilar: () => void;
  onRefresh: () => void;
  onSearch: () => void;
  onClassSearch: () => void;
}

/** The keys of the gallery. */
export const useGalleryKeys = (doors: Doors): void => {
  const { all, bulk, picking } = doors;
  const drawing = useDrawsShapes();
  // A class is given to what is drawn in an image, not to the image.
  const classKeys = classHandlers(drawing ? [] : all, ({ id, name }) => bulk.label(id, name));
  const keys = {
    "gallery.all": picking.chooseAll,
    "gallery.accept": bulk.accept,
    "gallery.reject": bulk.reject,
    "gallery.skip": bulk.skip,
    "gallery.unclear": bulk.unclear,
    "gallery.reopen": bulk.reopen,
    "gallery.unlabel": bulk.clear,
    "gallery.clear": picking.clear,
    "gallery.preview": doors.onPreview,
    "gallery.similar": doors.onSimilar,
    "gallery.refresh": doors.onRefresh,
    "gallery.search": doors.onSearch,
    ...(drawing ? {} : { "gallery.class-search": doors.onClassSearch }),
  };
  useKeys("gallery", keys, classKeys);
};
