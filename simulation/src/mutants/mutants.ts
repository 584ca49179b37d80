import { mutantsAtHome } from './at-home.ts'
import { mutantsAtTheBorder } from './at-the-border.ts'
import { mutantsInMessages } from './in-messages.ts'
import { mutantsInTheDatabase } from './in-the-database.ts'
import { mutantsInTheClinic } from './in-the-clinic.ts'
import { mutantsInSums } from './in-sums.ts'
import { mutantsInWallets } from './in-wallets.ts'
import { mutantsInTheShop } from './in-the-shop.ts'
import type { Mutant } from './mutant.ts'
import { mutantsAtTheDoor } from './at-the-door.ts'
import { mutantsOnPostgres } from './on-postgres.ts'
import { mutantsTowardsStripe } from './towards-stripe.ts'

/** Every mistake that is made on purpose. */
export const mutants: readonly Mutant[] = [
  ...mutantsTowardsStripe,
  ...mutantsAtHome,
  ...mutantsInTheDatabase,
  ...mutantsOnPostgres,
  ...mutantsInWallets,
  ...mutantsInTheClinic,
  ...mutantsInTheShop,
  ...mutantsInMessages,
  ...mutantsInSums,
  ...mutantsAtTheDoor,
  ...mutantsAtTheBorder,
]
