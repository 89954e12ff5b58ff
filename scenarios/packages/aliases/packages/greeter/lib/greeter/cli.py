from greeter import main


class App(object):
    @staticmethod
    def run():
        main()
