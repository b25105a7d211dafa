import { Empty } from "@/ui/Empty";

const Screen = () => <Empty title="Models" />;

export default Screen;
