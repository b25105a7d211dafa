import { Empty } from "@/ui/Empty";

const Screen = () => <Empty title="Overview" />;

export default Screen;
