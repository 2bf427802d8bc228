/** Whether what a narrow window folds away (pages, clocks, watches, tools) is unfolded; a wide one shows all of it always. */

class Menu {
  isOpen = $state(false);

  turn(): void {
    this.isOpen = !this.isOpen;
  }

  close(): void {
    this.isOpen = false;
  }
}

export const menu = new Menu();

/** The elements that it unfolds, by their ids. */
export const FOLDED = ['header-tools', 'header-clocks', 'header-watches', 'header-watch', 'pages'] as const;
