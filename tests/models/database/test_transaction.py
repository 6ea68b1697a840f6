from models import *
from tests import make


async def test_x(db):
    c = await make.customer()
    assert (await Customer.get()).phone.read() == c.phone.read()


async def test_y(db):
    c = await make.customer()
    assert c.id == 1
