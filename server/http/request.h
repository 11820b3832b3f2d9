/* http/request.h - from a head that was read to the handler: routes, bodies, refusals. For this room only. */
#pragma once

#include "http/connection.h"

/* Finds the route and asks for the body, hands the request over when there is none, or refuses it. */
void request_begin(struct connection *, struct request *);

/* Takes what has come of the body and hands the request over when that is whole. False: more must come. */
bool request_take_body(struct connection *, struct request *);

/* Answers in the server's own name and closes; forgets c->request, which may be NULL. `fields` are added to the
 * head. */
void request_refuse(struct connection *, const struct refusal *, struct span fields);
