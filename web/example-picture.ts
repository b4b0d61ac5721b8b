/** A drawn leopard. The token stands for the picture wherever a variable takes one. */
export const EXAMPLE_PICTURE = 'example:leopard';
