import unittest

import greeter


class Test(unittest.TestCase):
    def test_name(self):
        self.assertEqual(greeter.main.__name__, "main")
