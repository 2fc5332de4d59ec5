# runtime/event.c: event
# A set wakes one waiter, whether it is the one that it concerns or not.
s/WAKES_DATA . WAKES_ALL/WAKES_DATA/
