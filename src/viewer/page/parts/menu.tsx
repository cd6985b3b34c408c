import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useKeys } from '../keys.js';

interface MenuProps {
  readonly label: ComponentChildren;
  readonly title?: string;
  readonly class?: string;
  readonly button?: string;
  readonly align?: 'start' | 'end';
  readonly onOpen?: () => void;
  /** A key that opens it. */
  readonly shortcut?: string;
  readonly children: (close: () => void) => ComponentChildren;
}

/** A button and what it opens; closed by Escape, a click elsewhere, and when the focus leaves it. */
export function Menu({
  label,
  title,
  class: name = '',
  button = 'button',
  align = 'start',
  onOpen,
  shortcut,
  children,
}: MenuProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();
  const open = (): void => {
    onOpen?.();
    setOpen(true);
  };
  useKeys(shortcut === undefined ? {} : { [shortcut]: open });
  const close = (): void => {
    setOpen(false);
    opener.current?.focus();
  };
  useEffect(() => {
    if (!isOpen) return undefined;
    box.current?.querySelector<HTMLElement>('.popover :is(input, select, button)')?.focus();
    const onPointer = (event: Event): void => {
      if (!event.composedPath().includes(box.current as EventTarget)) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [isOpen]);
  return (
    <div
      class={`menu ${name}`}
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
      onFocusOut={(event) => {
        if (event.relatedTarget instanceof Node && !box.current?.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button
        type="button"
        class={`${button} menu-button`}
        aria-expanded={isOpen}
        aria-controls={id}
        title={title}
        ref={opener}
        aria-keyshortcuts={shortcut}
        onClick={() => (isOpen ? setOpen(false) : open())}
      >
        {label}
      </button>
      {/* Takes the focus of a click beside its controls, which else the page would take, and close it. */}
      <div id={id} class={`popover popover-${align}`} hidden={!isOpen} tabIndex={-1}>
        {isOpen && children(close)}
      </div>
    </div>
  );
}
