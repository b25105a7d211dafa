import { Empty } from "@/ui/Empty";

const Screen = () => <Empty title="Classes" />;

export default Screen;
