import { Spoiler, Text } from '@mantine/core'

/** What somebody wrote, of any length and in either direction: folded where it would bury what follows. */
export const LongText = ({ text, maxHeight = 200 }: { text: string; maxHeight?: number }) => (
  <Spoiler maxHeight={maxHeight} showLabel="Show all of it" hideLabel="Show less">
    <Text size="sm" dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {text}
    </Text>
  </Spoiler>
)
