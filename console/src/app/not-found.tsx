import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Empty } from '../components/list-states.tsx'

export const NotFound = () => (
  <Empty
    title="There is no page at this address"
    action={
      <Button component={Link} to="/">
        Go to the overview
      </Button>
    }
  >
    The link may be old, or what it led to was deleted.
  </Empty>
)
