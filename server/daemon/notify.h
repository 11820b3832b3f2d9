/* daemon/notify.h - telling the service manager how we are (sd_notify(3)'s protocol, without its library). */
#pragma once

/* Sends "READY=1" and the like to $NOTIFY_SOCKET; nothing happens when there is none. */
void notify_manager(const char *state);
