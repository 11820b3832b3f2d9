/* authn/app_pin.h - the PIN that unlocks an app's key for one use: drawn here, or chosen. Pure.
 *
 *     drawn (6 random digits) | chosen (8 characters or more, not trivial) -> shown or typed once -> kept as HMAC
 *
 * Tries are counted by who checks it: a PIN is never tried without the device's key, nor more than a few times
 * (levels.md 5, NIST SP 800-63B-4 s3.1.1, s3.2.2).
 */
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "base/problem.h"
#include "base/random.h"
#include "crypto/wrapping.h"

#define APP_PIN_DRAWN RANDOM_DIGITS  /* six digits and NUL: random_digits() */
#define APP_DIGITS_FOR SECONDS(300)  /* that a login shows digits to be typed: at most 10 minutes (s3.1.3.1) */
#define APP_PIN_LEAST 8              /* characters of a chosen one */
#define APP_PIN_LARGEST 128          /* bytes */
#define APP_PIN_KEPT 32

/* A chosen one. ERR_SYNTAX: no UTF-8, or characters nobody sees; ERR_LIMIT: shorter or longer; ERR_INVALID: one of
 * the first that would be guessed (authn/pin_guess.h). */
enum err app_pin_check(struct span pin, const char *account_number, struct problem *why);

/* What is kept: bound to the account and the credential, under a key of its own. */
void app_pin_keep(const struct wrapping *, const struct id *account, const struct id *credential, struct span pin,
    uint8_t out[APP_PIN_KEPT]);
/* In constant time. */
bool app_pin_is(const struct wrapping *, const struct id *account, const struct id *credential, struct span pin,
    const uint8_t kept[APP_PIN_KEPT]);
