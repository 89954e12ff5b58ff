name='pythön'
