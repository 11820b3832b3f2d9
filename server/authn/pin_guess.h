/* authn/pin_guess.h - which PINs are guessed first. Pure.
 *
 * Rules, where others keep lists (NIST SP 800-63B-4 s3.1.1.2): what repeats, what runs along the alphabet or a
 * keyboard, a date, the account's own number, and a common word or two of these with little around them. Five wrong
 * tries lock a phone: that is what a PIN has to outlast.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* `characters`: code points. NULL: none of these; else what it is. */
const char *pin_guessed_first(const uint32_t *characters, size_t count, const char *account_number);
