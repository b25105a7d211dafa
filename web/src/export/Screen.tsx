import { Empty } from "@/ui/Empty";

const Screen = () => <Empty title="Export" />;

export default Screen;
