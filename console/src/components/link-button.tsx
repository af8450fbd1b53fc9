import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { ComponentPropsWithRef } from 'react'

type Native = Omit<ComponentPropsWithRef<'a'>, 'color' | 'style'>

/** A link of the router that looks like a button. */
export const LinkButton = createLink((props: ButtonProps & Native) => <Button component="a" {...props} />)

/** A link of the router within text. */
export const TextLink = createLink((props: AnchorProps & Native) => <Anchor {...props} />)
