import unittest

import modeldock
from download import download_model


class DownloadTest(modeldock.LmMixin, unittest.TestCase):
    def test_is_there_already(self):
        self.assertEqual(download_model(self.lm.url, "simulate/already-downloaded"), "already_downloaded")

    def test_is_there_at_once(self):
        self.assertEqual(download_model(self.lm.url, "simulate/instant"), "completed")


if __name__ == "__main__":
    unittest.main()
