import { useChatter } from '../../store/store';
import { Avatar } from '../../ui/Avatar';

interface Props {
  name: string;
  size?: number;
  online?: boolean;
}

/** A person's picture, or their initials. */
export function PersonAvatar(props: Props) {
  const picture = useChatter((state) => state.pictures[props.name]);
  return <Avatar {...props} picture={picture} />;
}
