from models import Branch
from resolvers.people.branches import create_branch
from tests import make


async def test_the_first_branch_is_where_those_go_who_name_none(db):
    await Branch.all().delete()
    first = await create_branch(make.system(), code="SH01", name_zh="上海一店", name_en="Shanghai 1")
    second = await create_branch(make.system(), code="SH02", name_zh="上海二店", name_en="Shanghai 2")
    assert (first.is_default, second.is_default) == (True, False)
