/** Rules about processes, logs, chance, time and the words of the code. */
import { constantText, isFunction, lastName, plainModule, rule } from './ast.mjs';

const shells = /(^|[\\/])(sh|bash|dash|zsh|ksh|cmd(\.exe)?|powershell(\.exe)?|pwsh)$/;
const spawners = new Set(['spawn', 'spawnSync', 'execFile', 'execFileSync', 'fork']);

/** A shell that gets interpolated text runs whatever an attacker could put into the text. */
export const noShell = rule(
  'no shell between us and a program',
  'Start programs with spawn or execFile and an argument list; never exec, shell: true or a shell with composed text.',
  (report) => {
    const modules = new Set();
    const starts = new Set();
    return {
      ImportDeclaration(node) {
        if (plainModule(String(node.source.value)) !== 'child_process') return;
        for (const specifier of node.specifiers) {
          const name = specifier.imported?.name;
          if (name === undefined) modules.add(specifier.local.name);
          else if (name === 'exec' || name === 'execSync') report(specifier);
          else starts.add(specifier.local.name);
        }
      },
      CallExpression(node) {
        const { callee } = node;
        const ofModule = callee.type === 'MemberExpression' && modules.has(lastName(callee.object));
        const name = lastName(callee);
        if (ofModule && (name === 'exec' || name === 'execSync')) report(node);
        const starter = callee.type === 'Identifier' ? starts.has(name) || spawners.has(name) : ofModule;
        if (!starter) return;
        for (const argument of node.arguments) {
          if (argument.type !== 'ObjectExpression') continue;
          for (const property of argument.properties) {
            const off = property.value?.type === 'Literal' && property.value.value === false;
            if (lastName(property.key) === 'shell' && !off) report(property);
          }
        }
        const list = node.arguments[1];
        if (!shells.test(constantText(node.arguments[0]) ?? '') || list?.type !== 'ArrayExpression') return;
        const flag = list.elements.findIndex((element) => /^(-\w*c|\/c|-Command)$/i.test(constantText(element) ?? ''));
        if (flag >= 0 && constantText(list.elements[flag + 1]) === undefined) report(list.elements[flag + 1] ?? list);
      },
    };
  },
);

const levels = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);

/** A message that is composed cannot be searched for, and takes secrets along unseen by the redaction. */
export const constantLogMessages = rule(
  'log messages are constant strings',
  "Write log.info({ what }, 'a constant sentence'): values go into the object, where they are redacted.",
  (report) => ({
    CallExpression(node) {
      if (node.callee.type !== 'MemberExpression' || !levels.has(lastName(node.callee))) return;
      if (!/^(log|logger)$|(Log|Logger)$/.test(lastName(node.callee.object) ?? '')) return;
      const [first, second] = node.arguments;
      if (first === undefined) return report(node);
      if (constantText(first) !== undefined) {
        // printf-style values would be formatted into the message, past the redaction.
        if (second !== undefined) report(second);
        return undefined;
      }
      if (node.arguments.length !== 2 || constantText(second) === undefined) report(second ?? first);
      return undefined;
    },
  }),
);

const gateNames = [
  /^(is|has|check|require|requires|verify|validate|enforce|needs|with)_?(Valid_?|Active_?|Expired_?|Enterprise_?)?Licen[cs](e|es|ed|ing)(?![a-z])/i,
  /licen[cs]e_?(check|gate|tier|edition|guard|expired|valid|required|middleware)$/i,
  /^(is|has|require|requires|check)_?(enterprise|premium|trial)_?(edition|plan|tier|version|feature|user)?$/i,
  /^(is|has|require|requires|check)_?(pro|paid|free)_?(edition|plan|tier|version|feature)$/i,
  /^feature_?gate|paywall/i,
];
const gateTexts = [
  /\b(enterprise|premium|professional|standard|trial|free|paid) (edition|plan|tier|licen[cs]e)\b/i,
  /\bupgrade (your|to a|the) (plan|licen[cs]e|edition|tier)\b/i,
  /\bnot (available|included) in (your|this) (plan|licen[cs]e|edition|tier)\b/i,
  /\blicen[cs]e (has expired|is not valid|required)\b/i,
];
const gateSubjects = /^(edition|productEdition|plan|tier|licen[cs]eType|licen[cs]eTier)$/;

/** There is one edition and everything is in it: no name, text or comparison may ask for another. */
export const noLicenceGates = rule(
  'no licence or edition checks',
  'There is one edition with everything in it: nothing asks for a licence, an edition, a plan or a tier.',
  (report) => ({
    Identifier(node) {
      if (gateNames.some((pattern) => pattern.test(node.name))) report(node);
    },
    PrivateIdentifier(node) {
      if (gateNames.some((pattern) => pattern.test(node.name))) report(node);
    },
    Literal(node) {
      if (typeof node.value === 'string' && gateTexts.some((pattern) => pattern.test(node.value))) report(node);
    },
    TemplateElement(node) {
      if (gateTexts.some((pattern) => pattern.test(node.value.raw))) report(node);
    },
    BinaryExpression(node) {
      if (!/^[!=]==?$/.test(node.operator)) return;
      const asks = [node.left, node.right].some((side) => gateSubjects.test(lastName(side) ?? ''));
      if (asks && [node.left, node.right].some((side) => constantText(side) !== undefined)) report(node);
    },
    SwitchStatement(node) {
      if (gateSubjects.test(lastName(node.discriminant) ?? '')) report(node.discriminant);
    },
  }),
);

/** What Math.random gives can be predicted from a few values of it. */
export const noMathRandom = rule(
  'chance comes from platform/random.ts',
  'Math.random can be predicted: take randomness from platform/random.ts.',
  (report) => ({
    MemberExpression(node) {
      if (node.object.type === 'Identifier' && node.object.name === 'Math' && lastName(node) === 'random') report(node);
    },
  }),
);

/** A test that sleeps is slow on a fast machine and red on a slow one. */
export const noSleepInTests = rule(
  'tests wait for what they wait for',
  'Wait for the event or the state (a promise, vi.waitFor), not for an amount of time.',
  (report) => {
    const sleeps = new Set();
    return {
      ImportDeclaration(node) {
        if (plainModule(String(node.source.value)) !== 'timers/promises') return;
        for (const specifier of node.specifiers) {
          if (specifier.imported?.name === 'setTimeout' || specifier.imported === undefined) {
            sleeps.add(specifier.local.name);
          }
        }
      },
      CallExpression(node) {
        const name = node.callee.type === 'Identifier' ? node.callee.name : undefined;
        if (name !== undefined && sleeps.has(name)) report(node);
        else if (node.callee.type === 'MemberExpression' && sleeps.has(lastName(node.callee.object))) {
          if (lastName(node.callee) === 'setTimeout') report(node);
        }
      },
      NewExpression(node) {
        const make = node.arguments[0];
        if (lastName(node.callee) !== 'Promise' || !isFunction(make)) return;
        const body = make.body.type === 'BlockStatement' ? make.body.body : [make.body];
        const resolve = make.params[0]?.name;
        if (resolve === undefined || body.length !== 1) return;
        const call = body[0].type === 'ExpressionStatement' ? body[0].expression : (body[0].argument ?? body[0]);
        if (call.type !== 'CallExpression' || lastName(call.callee) !== 'setTimeout') return;
        const then = call.arguments[0];
        const resolves =
          lastName(then) === resolve || (isFunction(then) && lastName(then.body.callee ?? {}) === resolve);
        if (resolves) report(node);
      },
    };
  },
);
