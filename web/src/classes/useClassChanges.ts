import { useMutation, useQueryClient } from "@tanstack/react-query";

import { changeClasses, classesKey, type ClassWish } from "@/store/classes";
import { fetchTouched } from "@/store/history";
import { useProject } from "@/store/hooks";
import { sayProblem } from "@/ui/toasts";
import { sayWithUndo } from "@/ui/toasts";

/** Changes classes; every change can be taken back from its message, and from the history for good. */
export const useClassChanges = () => {
  const project = useProject();
  const queries = useQueryClient();
  const takeBack = async (operationId: number, words: string) => {
    const touched = await fetchTouched(project.id, operationId);
    await project.perform({ kind: "revert", operation_id: operationId }, touched, `took back "${words}"`);
  };
  return useMutation({
    mutationFn: (wish: ClassWish) => changeClasses(project.id, wish),
    onSuccess: async ({ operation, words, classes }) => {
      // An older answer on its way would show the classes of before.
      await queries.cancelQueries({ queryKey: classesKey(project.id) });
      queries.setQueryData(classesKey(project.id), classes);
      if (operation === null) return;
      sayWithUndo(words, "classes", () => {
        takeBack(operation.id, words).catch(sayProblem);
      });
    },
  });
};

export type ClassChanges = ReturnType<typeof useClassChanges>;
