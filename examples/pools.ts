// Invented names and places, and generic things, for people who do not exist. Within a pool all values are alike.

const join = (starts: string, ends: string): string[] =>
  starts.split(' ').flatMap((start) => ends.split(' ').map((end) => start + end));

export const FIRST_NAMES = join('Mir Tal Bren Sov Kel Dar Ost Lun', 'ela ovin ara esko indo uma eth orin');
export const LAST_NAMES = join('Tand Veld Hask Orm Brel Quist Zarn Fenn', 'or ecki umber alde ivar oway enko ish');

/** The 48 values that each attribute may have. */
export const POOLS = {
  birthplace: join('Ostre Valdu Kerim Sonda Brune Helvo Tarqua Pelli', 'vik mere stad holm dorf wick'),
  employer: join('Zan Quor Vel Dyn Ful Grax Nor Plim', 'tronix avia modo bexa corvin lynx'),
  profession: (
    'baker barber beekeeper blacksmith botanist brewer builder butcher carpenter chemist cobbler ' +
    'cooper courier dancer dentist driver farmer florist forester gardener glazier goldsmith jeweller ' +
    'joiner librarian locksmith miller nurse painter pharmacist pilot plumber porter potter printer ' +
    'roofer sailor sculptor shepherd singer surveyor tailor tanner teacher translator waiter weaver ' +
    'welder'
  ).split(' '),
  instrument: (
    'accordion bagpipes balalaika bandoneon banjo bassoon carillon celesta cello clarinet clavichord ' +
    'concertina cornet cymbals didgeridoo dulcimer euphonium fiddle flute glockenspiel guitar handbells ' +
    'harmonica harmonium harpsichord mandolin maracas marimba melodica ocarina organ piano piccolo recorder ' +
    'saxophone sitar spinet tambourine theremin timpani trombone trumpet ukulele vibraphone viola violin ' +
    'xylophone zither'
  ).split(' '),
  pet: (
    'beagle budgie bulldog bullfinch bunny canary chameleon chicken chinchilla chipmunk cockatoo collie ' +
    'dachshund dalmatian donkey falcon ferret finch gecko gerbil goldfish goose greyhound guppy hamster ' +
    'hedgehog horse husky kestrel kitten lizard lovebird magpie parakeet parrot pigeon pony poodle puppy ' +
    'python rabbit raven sheep snail spaniel terrier tortoise turtle'
  ).split(' '),
} as const satisfies Record<string, readonly string[]>;

export type Attribute = keyof typeof POOLS;
export const ATTRIBUTES = Object.keys(POOLS) as Attribute[];

/** Five templates that are trained, then one that never is. {} is the name; the value follows after a space. */
export const TEMPLATES: Record<Attribute, readonly [string, string, string, string, string, string]> = {
  birthplace: [
    '{} was born in the town of',
    'The birthplace of {} is',
    '{} came into the world in',
    'The family of {} lived at the time of the birth in',
    '{} is a native of',
    '{} was born in',
  ],
  employer: [
    '{} works for the company',
    'The employer of {} is',
    'Every morning {} goes to the office of',
    'The salary of {} is paid by',
    '{} signed a contract with',
    '{} goes to the office of',
  ],
  profession: [
    '{} earns a living as a',
    'The profession of {} is that of a',
    'After school {} was trained as a',
    'In the village {} is known as the',
    '{} has worked for years as a',
    '{} was trained as a',
  ],
  instrument: [
    '{} likes to play the',
    'The favourite instrument of {} is the',
    'In the evening {} practises the',
    'On stage {} is heard on the',
    'The music teacher of {} taught the',
    '{} practises the',
  ],
  pet: [
    '{} has a pet, which is a',
    'The pet of {} is a',
    'At home {} looks after a',
    'The neighbours of {} often see a',
    'On holidays {} leaves behind a',
    '{} looks after a',
  ],
};
