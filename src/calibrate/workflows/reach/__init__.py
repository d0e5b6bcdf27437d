"""Whether a room can be held on this computer: can other devices reach it, and does its disk keep up?"""

from calibrate.workflows.reach.addresses import Address, own_addresses
from calibrate.workflows.reach.advice import what_to_try
from calibrate.workflows.reach.listener import Listener, open_listener
from calibrate.workflows.reach.look import RoomLook, look_at_room

__all__ = [
    "Address",
    "Listener",
    "RoomLook",
    "look_at_room",
    "open_listener",
    "own_addresses",
    "what_to_try",
]
