/* transaction/app_request.h - a login's question to a person's phone: is it you, and which number do you see?
 *
 *     login page begins it -> row, notices (push) -> phone shows who, for what, from where -> number and PIN, signed
 *         -> checked: PIN, number, signature, all counted -> the login has its authentication | "this was not me"
 *
 * It is for an account: all its phones see it, the first good answer takes it. On the phone of the session itself no
 * number is needed: the browser's login cookie says that it is the same one (app to app).
 */
#pragma once

#include "transaction/login.h"

/* account (16), request id (16) -> struct app_request; until it is over; noticed: phones wait for it */
extern const struct table app_request_table;

struct app_request {
	struct id id, account, login;
	uint8_t challenge[32];
	struct span relying_party;   /* entity ID */
	struct localized name;
	struct span where;           /* the session's browser and address */
	struct instant made, until;  /* 5 minutes */
	unsigned wrong;              /* numbers */
	uint64_t generation;
};
void app_request_write(struct buffer *, const struct app_request *);
bool app_request_read(struct span value, struct app_request *out); /* borrowed */

/* What the phone signs (ES256), as text: one line each, no line feeds within. */
#define APP_SIGNED_FORM "watashi-app-1"
