import ts from 'typescript';

/** Declarations are compared as a compiler sees them: without comments. */
const printer = ts.createPrinter({ removeComments: true });

/**
 * Reads what entries of the package export, from their declaration files. For each entry: its exports by name, with the declarations
 * that a compiler sees; its leaks: declarations of the package that a signature of the entry refers to and that the entry
 * does not export, so that a caller has no name for them; and what has no comment: exports, and the members of options.
 */
export function readSurface(entryFiles, { isOurs }) {
  const program = ts.createProgram(entryFiles, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  return entryFiles.map(surfaceOf);

  function surfaceOf(entryFile) {
    const file = program.getSourceFile(entryFile);
    if (!file)
      throw new Error(`Cannot read the exports of ${entryFile}: expected a declaration file. Run npm run build.`);
    const module = checker.getSymbolAtLocation(file);
    const exported = (module ? checker.getExportsOfModule(module) : [])
      .map((symbol) => ({ name: symbol.name, symbol: targetOf(symbol) }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    const names = new Set(exported.map(({ symbol }) => symbol));
    return {
      exports: exported.map(({ name, symbol }) => ({ name, text: textOf(symbol) })),
      leaks: leaksFrom(names),
      undocumented: exported.flatMap(({ name, symbol }) => undocumentedIn(name, symbol)),
    };
  }

  /** Follows references through leaks as well, because callers reach those too. */
  function leaksFrom(names) {
    const leaks = new Map();
    const waiting = [...names];
    for (let symbol = waiting.shift(); symbol; symbol = waiting.shift()) {
      for (const reference of referencesOf(symbol)) {
        if (names.has(reference) || leaks.has(reference)) continue;
        leaks.set(reference, { name: reference.name, text: textOf(reference), through: symbol.name });
        waiting.push(reference);
      }
    }
    return [...leaks.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  function referencesOf(symbol) {
    const found = new Set();
    const declarations = declarationsOf(symbol);
    const visit = (node) => {
      if (ts.isIdentifier(node)) {
        const at = checker.getSymbolAtLocation(node);
        const target = at && targetOf(at);
        if (target && target !== symbol && isDeclaredInModule(target)) found.add(target);
      }
      ts.forEachChild(node, visit);
    };
    declarations.forEach(visit);
    return found;
  }

  /** The export itself, and the members of an interface of options. */
  function undocumentedIn(name, symbol) {
    const found = isDocumented(symbol) ? [] : [name];
    if (!name.endsWith('Options')) return found;
    const members = declarationsOf(symbol).flatMap((node) =>
      ts.isInterfaceDeclaration(node) ? [...node.members] : [],
    );
    const silent = members.filter((member) => ts.getJSDocCommentsAndTags(member).length === 0);
    return [...found, ...silent.map((member) => `${name}.${member.name.getText()}`)];
  }

  function isDocumented(symbol) {
    return declarationsOf(symbol).some((node) => ts.getJSDocCommentsAndTags(node).length > 0);
  }

  function targetOf(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  }

  /**
   * Members and type parameters have a name only inside their declaration, and types of other packages are exported
   * there.
   */
  function isDeclaredInModule(symbol) {
    return declarationsOf(symbol).some(
      (node) =>
        !ts.isSourceFile(node) &&
        isOurs(node.getSourceFile().fileName) &&
        (ts.isSourceFile(node.parent) || (ts.isVariableStatement(node) && ts.isSourceFile(node.parent))),
    );
  }
}

function textOf(symbol) {
  return declarationsOf(symbol)
    .map((node) => printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()))
    .join('\n');
}

/** Returns a constant's statement, so that the whole of it is printed. */
function declarationsOf(symbol) {
  return (symbol.declarations ?? []).map((node) => (ts.isVariableDeclaration(node) ? node.parent.parent : node));
}
